using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Maas.Images.ByteSources;

/// <summary>
/// An identity for a medium that is built, made of what is on it: the same input gives the same identity, and two media have different
/// ones. Names, times, lengths and content in memory count; files do not, for planning a medium reads nothing of them.
/// </summary>
internal sealed class MediumIdentity : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Add(string text)
    {
        Add(text.Length);
        _hash.AppendData(Encoding.UTF8.GetBytes(text));
    }

    public void Add(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.AppendData(bytes);
    }

    public void Add(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    public void AddContent(RandomAccessSource content)
    {
        Add(content.Length);
        switch (content)
        {
            case MemoryBytes memory:
                _hash.AppendData(memory.Content.Span);
                break;
            case PlannedBytes planned:
                foreach (var (start, piece) in planned.Pieces)
                {
                    Add(start);
                    AddContent(piece);
                }

                break;
        }
    }

    /// <summary>The identity, a UUID of version 8.</summary>
    public Guid ToGuid() => Derive(_hash.GetCurrentHash(), "");

    /// <summary>An identity of a part, made of the whole's.</summary>
    public static Guid Derive(Guid whole, string part) => Derive(whole.ToByteArray(), part);

    public void Dispose() => _hash.Dispose();

    private static Guid Derive(byte[] from, string part)
    {
        var hash = SHA256.HashData([.. from, .. Encoding.UTF8.GetBytes(part)])[..16];
        hash[7] = (byte)((hash[7] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash);
    }
}
