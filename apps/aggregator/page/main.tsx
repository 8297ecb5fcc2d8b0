import { render } from 'preact';
import { Page } from './parts/page.tsx';

const root = document.getElementById('page');
if (root !== null) {
  root.replaceChildren();
  render(<Page />, root);
}
