import { render } from 'preact';
import { Page } from './parts/page.tsx';

// What index.html calls the worker: its name has a digest that this script cannot know.
const workerUrl = document.currentScript?.dataset['worker'] ?? '';
const root = document.getElementById('page');
if (root !== null) {
  root.replaceChildren();
  render(<Page workerUrl={workerUrl} />, root);
}
