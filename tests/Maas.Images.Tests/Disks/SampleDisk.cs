using System.Security.Cryptography;

namespace Maas.Images.Tests.Disks;

/// <summary>A raw disk of random, repetitive and empty stretches, the same for the same seed: for reference tools to wrap.</summary>
internal static class SampleDisk
{
    public const long Length = 9_437_184 + 512;

    public static void Make(string file, int seed = 7, long length = Length)
    {
        var random = new Random(seed);
        var block = new byte[70_000];
        using var disk = File.OpenHandle(file, FileMode.Create, FileAccess.Write);
        for (var i = 0; i < 25; i++)
        {
            if (i % 2 == 0) random.NextBytes(block);
            else Array.Fill(block, (byte)i);
            RandomAccess.Write(disk, block, random.NextInt64(length - block.Length));
        }

        RandomAccess.SetLength(disk, length);
    }

    public static async Task<string> DigestAsync(Stream content) =>
        Convert.ToHexString(await SHA256.HashDataAsync(content, TestContext.Current.CancellationToken));

    public static async Task<string> DigestAsync(string file)
    {
        await using var content = File.OpenRead(file);
        return await DigestAsync(content);
    }
}
