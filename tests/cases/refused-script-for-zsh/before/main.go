package main

func main() { println("zed") }
