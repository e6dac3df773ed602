package main

func main() { println("web") }
