namespace Maas.Core.Events;

/// <summary>Something seen on the wire: evidence, not identity.</summary>
/// <param name="At">When.</param>
/// <param name="MacAddress">Whose packet it was.</param>
/// <param name="Kind">A short name of the kind, such as <c>dhcp</c>, <c>script</c>, <c>tftp</c>, <c>http</c>.</param>
/// <param name="Text">In words, without secrets; at most 500 characters are kept.</param>
public sealed record Observation(DateTimeOffset At, MacAddress MacAddress, string Kind, string Text)
{
    /// <summary>The kind of what a machine says itself, line by line.</summary>
    public const string Syslog = "syslog";
}
