import { render } from 'preact';
import { byId } from '../docs/dom.ts';
import { App } from './app.tsx';

byId('app').replaceChildren();
render(<App />, byId('app'));
