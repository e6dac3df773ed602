FROM nginx:1.17
COPY dist /usr/share/nginx/html
