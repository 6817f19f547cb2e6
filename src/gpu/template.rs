//! Fills the templates in `shaders/`.
//!
//! `${name}` is a hole. Lines between `//#if name` and `//#endif` stay where the condition holds, and those behind an `//#else`
//! between them where it does not. That is all: whatever needs more is computed in Rust.

use std::collections::BTreeMap;

/// What goes into a template's holes, and which of its conditions hold.
#[derive(Default)]
pub struct Filling {
    holes: BTreeMap<&'static str, String>,
    conditions: BTreeMap<&'static str, bool>,
}

impl Filling {
    /// What goes into a hole.
    pub fn hole(mut self, name: &'static str, text: impl ToString) -> Self {
        self.holes.insert(name, text.to_string());
        self
    }

    /// Whether a condition holds.
    pub fn condition(mut self, name: &'static str, holds: bool) -> Self {
        self.conditions.insert(name, holds);
        self
    }

    /// The template with its holes filled.
    ///
    /// # Panics
    /// If the template has a hole or a condition that is not known here, or a line of its own that makes no sense. The
    /// templates are part of the program, and tests fill every one.
    pub fn fill(&self, template: &str) -> String {
        let mut text = String::with_capacity(template.len() * 2);
        let mut kept = vec![true];
        for line in template.lines() {
            match line.trim_start().strip_prefix("//#") {
                Some("endif") => {
                    kept.pop();
                }
                Some("else") => {
                    let last = kept.last_mut().expect("//#else behind //#if");
                    *last = !*last;
                }
                Some(directive) => {
                    let name = directive.strip_prefix("if ").expect("//#if, //#else or //#endif");
                    let holds = self.conditions.get(name);
                    kept.push(*holds.unwrap_or_else(|| panic!("no condition is called {name}")));
                }
                None if kept.iter().all(|&kept| kept) => {
                    self.fill_line(line, &mut text);
                    text.push('\n');
                }
                None => {}
            }
        }
        assert_eq!(kept, [true], "every //#if has its //#endif");
        text
    }

    fn fill_line(&self, line: &str, text: &mut String) {
        let mut rest = line;
        while let Some((before, hole)) = rest.split_once("${") {
            let (name, after) = hole.split_once('}').expect("a hole has an end");
            let filling = self.holes.get(name);
            text.push_str(before);
            text.push_str(filling.unwrap_or_else(|| panic!("no hole is called {name}")));
            rest = after;
        }
        text.push_str(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_and_lines_without_their_condition_are_gone() {
        let template = "a ${x}${y};\n  //#if on\n  b\n  //#if off\n  c ${z}\n  //#else\n  f\n  //#endif\n  d\n  //#else\n  g\n  //#endif\n{e}\n";
        let filling = Filling::default()
            .hole("x", 7)
            .hole("y", "u")
            .condition("on", true)
            .condition("off", false);
        assert_eq!(filling.fill(template), "a 7u;\n  b\n  f\n  d\n{e}\n");
    }

    #[test]
    #[should_panic(expected = "no hole is called x")]
    fn an_unknown_hole_is_refused() {
        Filling::default().fill("${x}");
    }

    #[test]
    #[should_panic(expected = "every //#if has its //#endif")]
    fn a_condition_without_an_end_is_refused() {
        Filling::default().condition("on", true).fill("//#if on\n");
    }
}
