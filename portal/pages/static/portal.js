// What pages can do beyond links and forms. Nothing that is dropped here leaves this machine.

const drop = document.getElementById('drop')
if (drop && globalThis.crypto?.subtle) {
  const said = document.getElementById('hashed')
  const look = async (file) => {
    said.textContent = '…'
    try {
      const sum = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
      const digest = [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, '0')).join('')
      said.textContent = digest
      location.assign('/search?q=' + digest)
    } catch (e) {
      said.textContent = String(e.message ?? e)
    }
  }
  drop.hidden = false
  document.getElementById('file').addEventListener('change', (e) => e.target.files[0] && look(e.target.files[0]))
  for (const name of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(name, (e) => {
      e.preventDefault()
      drop.classList.toggle('over', name === 'dragover')
      if (name === 'drop' && e.dataTransfer.files[0]) look(e.dataTransfer.files[0])
    })
  }
}
