# pp: check
# what report may not do
report to "page.pdf"
report to 3
report to "../page.html"
report to "page.html"
