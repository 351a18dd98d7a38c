// Where the map is. Its code may come a moment later.
export default async (component) => (await awaited(component.data.code))(component);
