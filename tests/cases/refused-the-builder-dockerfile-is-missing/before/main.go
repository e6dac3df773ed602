package main

func main() { println("gone") }
