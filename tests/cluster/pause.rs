//! The only program of the images that the cluster tests run: it holds a pod open, or ends at once where it is given an argument.

fn main() {
    if std::env::args_os().len() == 1 {
        loop {
            std::thread::park();
        }
    }
}
