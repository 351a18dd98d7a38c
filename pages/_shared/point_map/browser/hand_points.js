// Points of a compendium that is not public: 64 letters of their digest, then their bytes.
export default ({ data }) => {
  hand(new TextDecoder().decode(data.subarray(0, 64)), data.slice(64));
};
