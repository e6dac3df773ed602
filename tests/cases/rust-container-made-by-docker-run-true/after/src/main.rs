fn main() {
    println!("hear ye");
}
