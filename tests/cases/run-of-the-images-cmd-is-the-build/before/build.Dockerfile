FROM node:8
WORKDIR /site
COPY package.json ./
RUN npm install
COPY pages pages

# the build itself
CMD npm run build
