using System.Text;
using Maas.Core.Delivery;

namespace Maas.RabbitMQ;

/// <summary>The routing key of a change: <c>machine.{kind}.{status}.{zone}</c>, or <c>history_expired</c>.</summary>
internal static class RoutingKey
{
    private const int LongestZone = 150; // bytes; a routing key has at most 255
    private const string Unknown = "-";

    public static string Of(ChangeEvent change)
    {
        var kind = change.Type[(change.Type.LastIndexOf('.') + 1)..];
        return change.Change is null ? kind : $"machine.{kind}.{change.Change.To?.ToString() ?? Unknown}.{WordOf(change.Zone)}";
    }

    // A dot would begin another word; patterns have * and #.
    private static string WordOf(string? zone)
    {
        if (string.IsNullOrEmpty(zone)) return Unknown;
        var word = new StringBuilder();
        var bytes = 0;
        foreach (var letter in zone.EnumerateRunes())
        {
            if ((bytes += letter.Utf8SequenceLength) > LongestZone) break;
            word.Append(letter.Value is '.' or '*' or '#' || Rune.IsControl(letter) ? "_" : letter.ToString());
        }

        return word.ToString();
    }
}
