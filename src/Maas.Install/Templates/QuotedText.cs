namespace Maas.Install.Templates;

/// <summary>Text that a quote function has made safe for the place where it is written.</summary>
/// <param name="Text">The text.</param>
internal sealed record QuotedText(string Text)
{
    public override string ToString() => Text;
}
