using System.Globalization;
using Maas.Api.Results;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Requests;

/// <summary>
/// Reads typed values out of a form and remembers what was wrong: read every field, then ask <see cref="Errors"/> once.
/// The messages are shown to people by the <c>maas</c> command as they are.
/// </summary>
internal sealed class FormReader(RequestForm form)
{
    private readonly SortedDictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    /// <summary>What was wrong, by field; empty when every field read so far was right.</summary>
    public IReadOnlyDictionary<string, List<string>> Errors => _errors;

    public bool HasErrors => _errors.Count > 0;

    public RequestForm Form => form;

    /// <summary>The value, or null when the field is absent or empty.</summary>
    public string? Optional(string name) => form[name] is { Length: > 0 } value ? value : null;

    /// <summary>The value; an absent or empty one is an error, and "".</summary>
    public string Required(string name)
    {
        if (Optional(name) is { } value) return value;
        Refuse(name, "This field is required.");
        return "";
    }

    /// <summary>
    /// A whole number between the bounds, or null when absent. Clients also send <c>2.0</c>, which is taken as 2 when it is whole.
    /// </summary>
    public long? Integer(string name, long minimum, long maximum)
    {
        if (Optional(name) is not { } text) return null;
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || value != decimal.Truncate(value))
            return Refuse<long>(name, "Enter a whole number.");
        if (value < minimum) return Refuse<long>(name, $"Ensure this value is greater than or equal to {minimum}.");
        if (value > maximum) return Refuse<long>(name, $"Ensure this value is less than or equal to {maximum}.");
        return (long)value;
    }

    /// <summary>A number of bytes, with one of MAAS's decimal suffixes K, M, G and T or without; null when absent.</summary>
    public long? ByteCount(string name)
    {
        if (Optional(name) is not { } text) return null;
        var power = "KMGT".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal) + 1;
        if (!decimal.TryParse(power > 0 ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            return Refuse<long>(name, "Enter a number of bytes, with K, M, G or T after it if you like.");
        for (var i = 0; i < power && value <= long.MaxValue; i++) value *= 1000;
        return value <= long.MaxValue ? (long)value : Refuse<long>(name, $"Ensure this value is less than or equal to {long.MaxValue}.");
    }

    /// <summary>A number at least <paramref name="minimum"/>, or null when absent.</summary>
    public double? Number(string name, double minimum)
    {
        if (Optional(name) is not { } text) return null;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            return Refuse<double>(name, "Enter a number.");
        return value < minimum ? Refuse<double>(name, $"Ensure this value is greater than or equal to {minimum}.") : value;
    }

    /// <summary>Yes or no in any of the ways the clients write it, or null when absent.</summary>
    public bool? Boolean(string name) => Optional(name)?.ToLowerInvariant() switch
    {
        null => null,
        "1" or "true" or "yes" or "on" => true,
        "0" or "false" or "no" or "off" or "none" => false,
        _ => Refuse<bool>(name, "Enter true or false."),
    };

    /// <summary>Every value of a field that may be repeated and whose values may each be a list, with commas or blanks between.</summary>
    public IReadOnlyList<string> List(string name) =>
        [.. form.All(name)
            .SelectMany(
                value => value.Split([',', ' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    /// <summary>The 400 that names each wrong field, as an object of lists.</summary>
    public ApiResult BadRequest() => ApiResults.Json(json =>
    {
        json.WriteStartObject();
        foreach (var (field, messages) in Errors) json.WriteTexts(field, messages);
        json.WriteEndObject();
    }, StatusCodes.Status400BadRequest) with { ErrorCode = ErrorCodes.Of(Errors.Values.SelectMany(messages => messages)) };

    /// <summary>Records an error of a field, and answers with the 400.</summary>
    public ApiResult BadRequest(string name, string message)
    {
        Refuse(name, message);
        return BadRequest();
    }

    /// <summary>Records an error of a field, once.</summary>
    public void Refuse(string name, string message)
    {
        if (!_errors.TryGetValue(name, out var messages)) _errors[name] = messages = [];
        if (!messages.Contains(message)) messages.Add(message);
    }

    private T? Refuse<T>(string name, string message) where T : struct
    {
        Refuse(name, message);
        return null;
    }
}
