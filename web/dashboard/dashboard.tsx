import { render } from 'preact';
import { byId } from '../shared/dom.ts';
import { App } from './app.tsx';

byId('app').replaceChildren();
render(<App />, byId('app'));
