// The code of the map travels once, in a message that never changes.
export default ({ data }) => hand(data.name, open);
