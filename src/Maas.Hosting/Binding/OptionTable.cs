using System.Collections;
using Microsoft.Extensions.Configuration;

namespace Maas.Hosting.Binding;

/// <summary>
/// The keys that configuration may set of <typeparamref name="T"/>, and how. A key that is not among them is an error. It is a table and
/// no reflection, so that it
/// works in a trimmed program, and because the general binder leaves out, without a word, what it cannot convert.
/// </summary>
/// <param name="hint">What a message about a key that is not known adds; <see langword="null"/> for nothing.</param>
internal sealed class OptionTable<T>(Func<IConfigurationSection, string?>? hint = null) : IEnumerable<string>
{
    private readonly Dictionary<string, Func<T, IConfigurationSection, T>> _keys = new(StringComparer.OrdinalIgnoreCase);

    public void Add(string key, Func<T, IConfigurationSection, T> with) => _keys.Add(key, with);

    public void Add(string key, Action<T, IConfigurationSection> set) => _keys.Add(key, (options, section) =>
    {
        set(options, section);
        return options;
    });

    /// <summary><paramref name="options"/> with what the configuration says.</summary>
    /// <exception cref="InvalidOperationException">A key is not known, or a value cannot be read; the message names the key.</exception>
    public T Bind(T options, IConfiguration configuration)
    {
        foreach (var section in configuration.GetChildren())
        {
            if (!_keys.TryGetValue(section.Key, out var set))
            {
                throw new InvalidOperationException(
                    $"Configuration key {section.Path} is not known; there are: {string.Join(", ", _keys.Keys)}.{hint?.Invoke(section)}");
            }

            if (section.Value is not null || section.GetChildren().Any()) options = set(options, section);
        }

        return options;
    }

    public IEnumerator<string> GetEnumerator() => _keys.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
