using System.Globalization;
using System.Security.Cryptography;

namespace Maas.Core.Accounts;

/// <summary>
/// Passwords as they are stored: PBKDF2 (RFC 8018) with HMAC-SHA-512 and a salt, as <c>pbkdf2-sha512$rounds$salt$hash</c>.
/// </summary>
internal static class PasswordHash
{
    /// <summary>A hash that no password has.</summary>
    public const string NoPassword = "!";

    private const string Scheme = "pbkdf2-sha512";
    private const int Rounds = 210_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    public static string Make(Secret password)
    {
        if (password.IsEmpty) return NoPassword;
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return string.Create(
            CultureInfo.InvariantCulture,
                $"{Scheme}${Rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(Derive(password, salt, Rounds))}");
    }

    /// <summary>Whether the password is right. Takes as long when it does not exist to compare with.</summary>
    public static bool Verify(Secret password, string? stored)
    {
        if (stored?.Split('$') is not [Scheme, var rounds, var salt, var hash])
        {
            Derive(password, new byte[SaltBytes], Rounds);
            return false;
        }

        var derived = Derive(password, Convert.FromBase64String(salt), int.Parse(rounds, CultureInfo.InvariantCulture));
        return CryptographicOperations.FixedTimeEquals(derived, Convert.FromBase64String(hash));
    }

    private static byte[] Derive(Secret password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(password.Reveal(), salt, rounds, HashAlgorithmName.SHA512, HashBytes);
}
