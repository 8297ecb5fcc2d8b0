export { BUILT_PAGE, PageModule } from './page.module.ts';
