using System.Security.Cryptography;

namespace Maas.Images.Downloads;

/// <summary>The hash that was promised and the one that the library goes by, both while the bytes pass.</summary>
internal sealed class RunningHash(ContentHash expected) : IDisposable
{
    private const int BufferSize = 1 << 20;
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash? _other = expected.Algorithm == HashAlgorithmName.SHA256
        ? null
        : IncrementalHash.CreateHash(expected.Algorithm);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _sha256.AppendData(bytes);
        _other?.AppendData(bytes);
    }

    /// <summary>Takes in what is in the file already, from its start to its end.</summary>
    public async Task AppendAsync(FileStream file, CancellationToken cancellationToken)
    {
        file.Position = 0;
        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(file.Length, 1, BufferSize));
        for (int read; (read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;) Append(buffer.AsSpan(0, read));
    }

    public void Reset()
    {
        Span<byte> forgotten = stackalloc byte[64];
        _sha256.GetHashAndReset(forgotten);
        _other?.GetHashAndReset(forgotten);
    }

    /// <summary>The SHA-256 of all that passed, if it fits what was promised.</summary>
    public bool TryFinish(out Sha256Digest digest)
    {
        var sha256 = _sha256.GetHashAndReset();
        digest = Sha256Digest.FromHash(sha256);
        return Convert.ToHexStringLower(_other?.GetHashAndReset() ?? sha256) == expected.Hex;
    }

    public void Dispose()
    {
        _sha256.Dispose();
        _other?.Dispose();
    }
}
