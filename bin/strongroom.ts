#!/usr/bin/env node
/** The command line: `npm run -s strongroom -- COMMAND …`, or `strongroom` where the package is installed. */
import { main } from '../cli/main.ts';

process.exitCode = await main(process.argv.slice(2));
