using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Maas.Power.Ipmi.Wire;

/// <summary>The code of an IPMI 1.5 datagram by MD5 (IPMI 2.0 section 22.17.1).</summary>
internal static class LegacyCode
{
    public const int Length = 16;

    /// <summary>MD5(password, session id, payload, sequence, password).</summary>
    public static byte[] Md5(ReadOnlySpan<byte> password, uint sessionId, uint sequence, ReadOnlySpan<byte> payload)
    {
        Span<byte> bytes = stackalloc byte[(2 * Length) + 8 + payload.Length];
        password[..Length].CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[Length..], sessionId);
        payload.CopyTo(bytes[(Length + 4)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[^(Length + 4)..], sequence);
        password[..Length].CopyTo(bytes[^Length..]);
#pragma warning disable CA5351 // the algorithm that IPMI 1.5 prescribes
        return MD5.HashData(bytes);
#pragma warning restore CA5351
    }
}
