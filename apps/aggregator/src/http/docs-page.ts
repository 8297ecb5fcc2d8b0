import type { OpenApiDocument, Operation } from './openapi.ts';

export const STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
section { border-top: 1px solid #8886; padding: 0.5rem 0; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.875rem; }
pre { overflow-x: auto; padding: 0.75rem; background: #8882; border-radius: 0.25rem; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 1rem 0.25rem 0; }
`;

/** The OpenAPI document as a page: plain HTML, no script, nothing from other hosts. */
export function docsPage({ info, paths, components }: OpenApiDocument): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(info.title)}</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<h1>${escape(info.title)} <small>${escape(info.version)}</small></h1>
<p>${escape(info.description)} As a document: <a href="/docs/json">OpenAPI 3.1</a>.</p>
<main>
${Object.entries(paths)
  .map(([path, { get }]) => route(path, get))
  .join('\n')}
<h2>Answers</h2>
${Object.entries(components.schemas)
  .map(([name, schema]) => details(name, schema))
  .join('\n')}
</main>
</body>
</html>
`;
}

function route(path: string, { summary, parameters, responses }: Operation): string {
  const rows = parameters.map(
    ({ name, description = '' }) =>
      `<tr><th scope="row"><code>${escape(name)}</code></th><td>${escape(description)}</td></tr>`,
  );
  return `<section>
<h2><code>GET <a href="${escape(path)}">${escape(path)}</a></code></h2>
<p>${escape(summary)}.</p>
${rows.length === 0 ? '' : `<table>${rows.join('')}</table>`}
${details('Responses', responses)}
</section>`;
}

function details(title: string, content: object): string {
  const text = escape(JSON.stringify(content, undefined, 2));
  return `<details><summary>${escape(title)}</summary><pre>${text}</pre></details>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
