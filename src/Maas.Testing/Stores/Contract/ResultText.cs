using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Files;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Scripts;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.Contract;

/// <summary>
/// What a store returned, as text that is equal exactly if the values are. Times are rounded down to the millisecond.
/// </summary>
internal sealed class ResultText
{
    private static readonly ResultText Exact = new(null);
    private readonly Dictionary<(string Kind, long Number), int>? _places;

    private ResultText(Dictionary<(string, long), int>? places) => _places = places;

    /// <summary>
    /// Text in which the numbers that a store assigned are replaced by the order of their appearance: there may be gaps between them.
    /// </summary>
    public static ResultText WithoutNumbers() => new([]);

    public static string Of(object? value) => Exact.Text(value);

    public string Text(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        DateTimeOffset time => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        Secret secret => secret.Reveal(),
        byte[] bytes => Convert.ToHexString(bytes),
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        Machine or SaveResult.Saved or MachineChanged or QueuedPowerAction or ScriptResult or ScriptOutput => OfMachine(value),
        User or ApiKey or SshKey or MachineToken or StoredBootToken or BootTokenResult.Accepted => OfAccount(value),
        BootResource image => Parts(
            Number("image", image.Id), image.Name, image.Architecture, image.Title, image.BaseImage, image.Created, image.Sets),
        BootResourceSet set => Parts(
            set.Version, Number("image file", set.File.Id), set.File.FileType, set.File.Size, set.File.Sha256, set.File.Received,
            set.File.IsComplete),
        Event happened => Parts(
            Number("event", happened.Id), happened.At, happened.MachineId?.ToString(), happened.Hostname, happened.OperationId,
            happened.Note.Level, happened.Note.Type, happened.Note.Description, happened.Note.Username),
        Observation seen => Parts(seen.At, seen.MacAddress.ToString(), seen.Kind, seen.Text),
        StoredFile file => Parts(file.Owner, file.Name, file.Key, file.Content),
        IEnumerable values => $"[{string.Join(", ", values.Cast<object?>().Select(Text))}]",
        _ => value.ToString() ?? "",
    };

    private string OfMachine(object value) => value switch
    {
        Machine machine => Parts(
            Number("machine", machine.Number), machine.Version, MachineDocument.Write(machine with { Number = 0, Version = 0 })),
        SaveResult.Saved saved => Parts("Saved", saved.Machines),
        MachineChanged change => Parts(
            Number("change", change.Number), change.At, change.MachineId.ToString(), change.Version, change.From, change.To,
            change.OperationId),
        QueuedPowerAction action => Parts(Number("action", action.Id), action.MachineId.ToString(), action.Effect, action.Attempts),
        ScriptResult result => Parts(
            Number("script", result.Id), result.MachineId.ToString(), result.OperationId, result.Kind, result.Name, result.Status,
            result.ExitStatus, result.Started, result.Ended, result.Timeout, result.Script.ToJson()),
        ScriptOutput output => Parts(output.Combined, output.StandardOutput, output.StandardError, output.Report),
        _ => throw new UnreachableException(),
    };

    private string OfAccount(object value) => value switch
    {
        User user => Parts(Number("user", user.Id), user.Name, user.Email, user.IsAdministrator),
        ApiKey key => Parts(key.User, key.Name, key.ConsumerKey, key.TokenKey, key.TokenSecret),
        SshKey key => Parts(Number("key", key.Id), key.Owner, key.Key, key.Source),
        MachineToken token => Parts(token.MachineId.ToString(), token.ConsumerKey, token.TokenKey, token.TokenSecret),
        StoredBootToken token => Parts(token.MachineId.ToString(), token.Address, token.Issued, token.Used),
        BootTokenResult.Accepted accepted => Parts("Accepted", accepted.Token),
        _ => throw new UnreachableException(),
    };

    private long Number(string kind, long number)
    {
        if (_places is null) return number;
        if (!_places.TryGetValue((kind, number), out var place)) _places.Add((kind, number), place = _places.Count);
        return place;
    }

    private string Parts(params ReadOnlySpan<object?> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts) text.Append(text.Length == 0 ? "(" : ", ").Append(Text(part));
        return text.Append(')').ToString();
    }
}
