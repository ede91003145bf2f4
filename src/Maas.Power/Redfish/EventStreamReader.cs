namespace Maas.Power.Redfish;

/// <summary>Takes the data of server-sent events out of a stream of bytes (WHATWG HTML, section 9.2.6). Its memory is bounded.</summary>
internal sealed class EventStreamReader(int longest)
{
    private readonly List<byte> _line = [];
    private readonly List<byte> _data = [];
    private readonly Queue<byte[]> _events = [];

    /// <summary>Adds bytes; <see langword="false"/> when an event is too long.</summary>
    public bool TryAdd(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (value == '\n') EndLine();
            else if (value != '\r') _line.Add(value);
            if (_line.Count + _data.Count > longest) return false;
        }

        return true;
    }

    /// <summary>The data of the next event; null when no event is complete.</summary>
    public byte[]? TryTake() => _events.TryDequeue(out var data) ? data : null;

    private void EndLine()
    {
        if (_line.Count == 0)
        {
            if (_data.Count > 0) _events.Enqueue([.. _data]);
            _data.Clear();
            return;
        }

        ReadOnlySpan<byte> line = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_line);
        if (line.StartsWith("data:"u8))
        {
            if (_data.Count > 0) _data.Add((byte)'\n');
            _data.AddRange(line["data:"u8.Length..].TrimStart((byte)' '));
        }

        _line.Clear();
    }
}
