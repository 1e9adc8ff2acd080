import { render } from 'preact';
import { TourPage } from './TourPage.js';

const root = document.getElementById('page');
if (root) render(<TourPage />, root);
