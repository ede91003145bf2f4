using System.Text;
using System.Text.Json;

namespace Maas.Core.Scripts;

/// <summary>
/// What a script wrote to <c>RESULT_PATH</c>: YAML with <c>status</c>, which counts more than the exit status, and <c>tags</c> that the
/// machine gets or loses. Other members (<c>results</c>, <c>link_connected</c>) are stored and not interpreted.
/// </summary>
/// <param name="Status">The status; <see langword="null"/> for that of the exit status.</param>
/// <param name="AddTags">Tags that the machine gets.</param>
/// <param name="RemoveTags">Tags that the machine loses.</param>
internal sealed record ScriptResultText(ScriptStatus? Status, IReadOnlyList<string> AddTags, IReadOnlyList<string> RemoveTags)
{
    private const int MostTags = 32;
    private const int LongestTag = 255;

    /// <summary>Reads the text; an empty one says nothing.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="text">What it says.</param>
    /// <param name="reason">Why it cannot be read.</param>
    public static bool TryRead(ReadOnlySpan<byte> yaml, out ScriptResultText text, out string reason)
    {
        text = new ScriptResultText(null, [], []);
        if (!YamlText.TryRead(Encoding.UTF8.GetString(yaml), out var members, out reason)) return false;
        ScriptStatus? status = null;
        if (members.TryGetValue("status", out var named))
        {
            status = named.ValueKind != JsonValueKind.String ? null : named.GetString() switch
            {
                "passed" => ScriptStatus.Passed,
                "failed" => ScriptStatus.Failed,
                "degraded" => ScriptStatus.Degraded,
                "timedout" => ScriptStatus.TimedOut,
                "skipped" => ScriptStatus.Skipped,
                _ => null,
            };
            if (status is null)
            {
                reason = "status must be \"passed\", \"failed\", \"degraded\", \"timedout\", or \"skipped\".";
                return false;
            }
        }

        List<string> add = [], remove = [];
        if (members.TryGetValue("tags", out var tags)
            && !(tags.ValueKind == JsonValueKind.Object && TryReadTags(tags, "add", add) && TryReadTags(tags, "remove", remove)))
        {
            reason = $"tags must be a dictionary with lists of at most {MostTags} tags, \"add\" and \"remove\".";
            return false;
        }

        text = new ScriptResultText(status, add, remove);
        return true;
    }

    private static bool TryReadTags(JsonElement tags, string name, List<string> into)
    {
        if (!tags.TryGetProperty(name, out var list)) return true;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostTags) return false;
        foreach (var tag in list.EnumerateArray())
        {
            if (tag.ValueKind != JsonValueKind.String || tag.GetString() is not { Length: > 0 and <= LongestTag } text) return false;
            into.Add(text);
        }

        return true;
    }
}
