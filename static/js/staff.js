// What scripts add to every page of staff: large type, dark scheme, and the first problem of a form in view.
import { keepSettings } from "./settings.js";

keepSettings();
document.getElementById("problems")?.focus();
