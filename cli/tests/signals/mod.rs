//! Signals as a terminal has them. A test that runs in the background (`nohup`, `&` in a script)
//! is started with some of them ignored, hands that on to its children, and `reelseal` honours
//! it: a test of signals begins with none ignored.

use std::process::Command;

/// `command`, started with no signal ignored: by GNU `env`, which then becomes the command.
pub(crate) fn with_default_signals(command: &Command) -> Command {
    let mut env = Command::new("env");
    env.arg("--default-signal=HUP,INT,TERM").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => env.env(name, value),
            None => env.env_remove(name),
        };
    }
    if let Some(dir) = command.get_current_dir() {
        env.current_dir(dir);
    }
    env
}
