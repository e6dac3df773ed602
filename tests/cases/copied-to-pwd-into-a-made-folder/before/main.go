package main

func main() { println("lamp") }
