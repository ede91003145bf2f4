namespace Maas.Core.Events;

/// <summary>Text that came from a machine or off the wire, made fit to be stored and shown.</summary>
internal static class PlainText
{
    /// <summary>Without control and format characters and blanks around it, and at most <paramref name="longest"/> long.</summary>
    public static string From(string text, int longest) => LogText.From(text, longest);
}
