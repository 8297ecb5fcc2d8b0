export { InsightsHttpModule } from './insights-http.module.ts';
