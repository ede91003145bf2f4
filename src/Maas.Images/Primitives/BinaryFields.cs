using System.Buffers.Binary;

namespace Maas.Images.Primitives;

/// <summary>Fields of a structure by their offset, as the specifications list them.</summary>
internal static class BinaryFields
{
    extension(ReadOnlySpan<byte> s)
    {
        public ushort U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(s[at..]);

        public uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(s[at..]);

        public ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(s[at..]);

        public ushort U16Big(int at) => BinaryPrimitives.ReadUInt16BigEndian(s[at..]);

        public uint U32Big(int at) => BinaryPrimitives.ReadUInt32BigEndian(s[at..]);

        public ulong U64Big(int at) => BinaryPrimitives.ReadUInt64BigEndian(s[at..]);
    }

    extension(Span<byte> s)
    {
        public void U16(int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(s[at..], value);

        public void U32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(s[at..], value);

        public void U64(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(s[at..], value);

        public void U16Big(int at, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(s[at..], value);

        public void U32Big(int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(s[at..], value);

        public void U64Big(int at, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(s[at..], value);
    }
}
