import { render } from 'preact';
import { Texts } from '../components/texts.js';
import { ConsolePage } from './ConsolePage.js';
import { componentTexts } from './texts.js';

const root = document.getElementById('root');
if (root) {
  render(
    <Texts.Provider value={componentTexts}>
      <ConsolePage />
    </Texts.Provider>,
    root,
  );
}
