import { apiSuites } from '../api/suites.ts';
import { deployed } from './deployed.ts';

apiSuites(() => deployed);
