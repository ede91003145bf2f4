namespace Maas.Journey.Tests.Lab;

/// <summary>A public key with no private one: the test looks for it and does not log in.</summary>
internal static class SshKey
{
    public static string Public { get; } =
        $"ssh-ed25519 {Convert.ToBase64String(Blob)} lab@journey";

    // RFC 8709 section 4: the type and the key, each behind its length.
    private static byte[] Blob =>
        [0, 0, 0, 11, .. "ssh-ed25519"u8, 0, 0, 0, 32, .. Enumerable.Range(1, 32).Select(value => (byte)value)];
}
