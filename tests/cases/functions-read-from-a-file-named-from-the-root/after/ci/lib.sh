say() {
  echo "* $1"
}
