package main

func main() { println("job") }
