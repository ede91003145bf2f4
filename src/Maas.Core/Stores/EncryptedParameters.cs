using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Maas.Core.Accounts;
using Maas.Core.Power;

namespace Maas.Core.Stores;

/// <summary>
/// A machine's power parameters as the store has them: each value is decrypted when it is read. Lists of machines read none, and a machine
/// that is saved with the same parameters keeps their stored texts.
/// </summary>
internal sealed class EncryptedParameters : IReadOnlyDictionary<string, string>
{
    private readonly SecretCipher _cipher;
    private readonly SystemId _machine;

    private EncryptedParameters(SecretCipher cipher, SystemId machine, IReadOnlyDictionary<string, string> stored) =>
        (_cipher, _machine, Stored) = (cipher, machine, stored);

    /// <summary>The values as they are stored.</summary>
    public IReadOnlyDictionary<string, string> Stored { get; }

    /// <summary>The number of parameters.</summary>
    public int Count => Stored.Count;

    /// <summary>Their names.</summary>
    public IEnumerable<string> Keys => Stored.Keys;

    /// <summary>Their values.</summary>
    public IEnumerable<string> Values => this.Select(parameter => parameter.Value);

    /// <summary>A parameter's value.</summary>
    public string this[string key] => Open(key, Stored[key]);

    /// <summary>The settings of a machine that was read from the store.</summary>
    public static PowerSettings Open(PowerSettings stored, SystemId machine, SecretCipher cipher) =>
        stored.Parameters.Count == 0 ? stored
            : stored with { Parameters = new EncryptedParameters(cipher, machine, stored.Parameters) };

    /// <summary>The settings of a machine as they are to be stored. A value is of use in its own place only.</summary>
    public static PowerSettings Close(PowerSettings power, SystemId machine, SecretCipher cipher)
    {
        if (power.Parameters is EncryptedParameters { IsEncrypted: true } known && known._machine == machine)
            return power with { Parameters = known.Stored };
        return power.Parameters.Count == 0 ? power : power with
        {
            Parameters = power.Parameters.ToDictionary(
                parameter => parameter.Key,
                parameter => cipher.Protect(new Secret(parameter.Value), PlaceOf(machine, parameter.Key)).Reveal(),
                StringComparer.Ordinal),
        };
    }

    /// <summary>Whether no value was stored before there was a key to encrypt it with.</summary>
    public bool IsEncrypted => !Stored.Values.Any(value => _cipher.IsInTheClear(new Secret(value)));

    /// <inheritdoc/>
    public bool ContainsKey(string key) => Stored.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        var isKnown = Stored.TryGetValue(key, out value);
        if (isKnown) value = Open(key, value!); // it is known
        return isKnown;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() =>
        Stored.Select(parameter => KeyValuePair.Create(parameter.Key, Open(parameter.Key, parameter.Value))).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static string PlaceOf(SystemId machine, string name) => $"power/{machine}/{name}";

    private string Open(string name, string value) => _cipher.Unprotect(new Secret(value), PlaceOf(_machine, name)).Reveal();
}
