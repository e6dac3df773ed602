package main

func main() { println("poll") }
