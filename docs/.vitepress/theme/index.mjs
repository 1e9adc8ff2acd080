import theme from 'vitepress/theme';
// After the theme, whose rules weigh as much.
import './contrast.css';

export default theme;
