namespace Maas.Images.Tests.Archives;

/// <summary>The promise of every reader: whatever the bytes, nothing escapes but <see cref="InvalidImageException"/>.</summary>
internal static class Hostile
{
    public static void OnlyInvalid(Action read)
    {
        try
        {
            read();
        }
        catch (InvalidImageException)
        {
            // The one exception that content may cause.
        }
    }

    /// <summary>A copy with a few bytes changed, as a bad cable or a clever enemy would.</summary>
    public static byte[] Damaged(byte[] good, IEnumerable<(int At, byte Value)> changes, int length)
    {
        var bytes = good.ToArray();
        foreach (var (at, value) in changes) bytes[at % bytes.Length] = value;
        return bytes[..Math.Min(length, bytes.Length)];
    }
}
