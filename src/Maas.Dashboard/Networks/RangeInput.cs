using Maas.Core.Topology;

namespace Maas.Dashboard.Networks;

/// <summary>The fields of a range's form.</summary>
public sealed class RangeInput
{
    /// <summary>The first address.</summary>
    public string Start { get; set; } = "";

    /// <summary>The last address.</summary>
    public string End { get; set; } = "";

    /// <summary>The purpose.</summary>
    public IpRangeType Type { get; set; }

    /// <summary>Comment.</summary>
    public string Comment { get; set; } = "";

    /// <summary>The fields of a range.</summary>
    /// <param name="range">The stored one.</param>
    public static RangeInput Of(IpRange range) => new()
    {
        Start = range.Start.ToString(), End = range.End.ToString(), Type = range.Type, Comment = range.Comment,
    };

    /// <summary>Reads the fields.</summary>
    /// <param name="edit">Gives a range their values.</param>
    /// <returns>What is wrong; <see langword="null"/> when nothing is.</returns>
    public string? Read(out Func<IpRange, IpRange> edit)
    {
        edit = same => same;
        if (AddressText.Require("start_ip", Start, out var start) is { } noStart) return noStart;
        if (AddressText.Require("end_ip", End, out var end) is { } noEnd) return noEnd;
        var (type, comment) = (Type, Comment.Trim());
        edit = range => range with { Start = start, End = end, Type = type, Comment = comment };
        return null;
    }
}
