using System.Buffers.Binary;
using System.Text;

namespace Maas.Power.Ipmi.Wire;

/// <summary>What both sides of a login know, and the codes and keys that follow from it (IPMI 2.0 sections 13.28 to 13.32).</summary>
internal sealed class RakpTranscript
{
    /// <summary>Passwords and K_g keys are kept in so many bytes, padded with zero.</summary>
    public const int KeyLength = 20;

    public required CipherSuite Suite { get; init; }

    public required uint ConsoleSessionId { get; init; }

    public required uint ControllerSessionId { get; init; }

    public required byte[] ConsoleRandom { get; init; }

    public required byte[] ControllerRandom { get; init; }

    public required byte[] ControllerGuid { get; init; }

    /// <summary>The privilege, with bit 4 set for a user that is found by name alone.</summary>
    public required byte Role { get; init; }

    public required byte[] UserName { get; init; }

    private byte[] RoleAndName => [Role, (byte)UserName.Length, .. UserName];

    /// <summary>The controller's proof in RAKP message 2.</summary>
    public byte[] ControllerProof(ReadOnlySpan<byte> passwordKey) => Suite.Hmac(
        passwordKey,
        [
            .. Bytes(ConsoleSessionId), .. Bytes(ControllerSessionId), .. ConsoleRandom, .. ControllerRandom, .. ControllerGuid,
            .. RoleAndName,
        ]);

    /// <summary>The console's proof in RAKP message 3.</summary>
    public byte[] ConsoleProof(ReadOnlySpan<byte> passwordKey) =>
        Suite.Hmac(passwordKey, [.. ControllerRandom, .. Bytes(ConsoleSessionId), .. RoleAndName]);

    /// <summary>The session integrity key (SIK).</summary>
    public byte[] SessionKey(ReadOnlySpan<byte> controllerKey) =>
        Suite.Hmac(controllerKey, [.. ConsoleRandom, .. ControllerRandom, .. RoleAndName]);

    /// <summary>The check value in RAKP message 4.</summary>
    public byte[] CheckValue(ReadOnlySpan<byte> sessionKey) =>
        Suite.Hmac(sessionKey, [.. ConsoleRandom, .. Bytes(ControllerSessionId), .. ControllerGuid])[..Suite.CheckLength];

    /// <summary>A password or a key, padded with zero.</summary>
    public static byte[] Pad(ReadOnlySpan<byte> secret)
    {
        var key = new byte[KeyLength];
        secret[..Math.Min(secret.Length, KeyLength)].CopyTo(key);
        return key;
    }

    /// <summary>A password, padded with zero.</summary>
    public static byte[] Pad(string password) => Pad(Encoding.UTF8.GetBytes(password));

    private static byte[] Bytes(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
