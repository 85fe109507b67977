import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// The API that `npm run dev` forwards to.
const api = process.env.KONTOR_URL ?? 'http://127.0.0.1:8080';

/** Puts a compressed twin beside each script and style sheet, which the server sends to browsers that take it. */
function compressed(): Plugin {
  let folder = '';
  return {
    name: 'kontor-compressed',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir, config.build.assetsDir);
    },
    closeBundle() {
      for (const name of readdirSync(folder)) {
        if (/\.(js|css|ttf)$/.test(name)) {
          const path = join(folder, name);
          writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
        }
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed()],
  build: {
    target: 'es2022',
    // What is referred to is a file of its own, as the content security policy wants it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The editor is one big piece by nature; it is loaded after the page is shown.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      // A hint of GraphiQL to the React compiler, which is not used here.
      checks: { moduleLevelDirective: false },
    },
  },
  worker: { format: 'es' },
  server: { proxy: { '/graphql': api, '/explorer.json': api } },
});
