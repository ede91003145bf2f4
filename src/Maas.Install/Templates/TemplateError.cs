namespace Maas.Install.Templates;

/// <summary>Why a template cannot be parsed or rendered.</summary>
/// <param name="Template">The template or snippet.</param>
/// <param name="Line">Line, 1 upward; 0 when no place is at fault.</param>
/// <param name="Column">Column, 1 upward; 0 when no place is at fault.</param>
/// <param name="Reason">What is wrong. It never contains a value of the machine.</param>
public sealed record TemplateError(string Template, int Line, int Column, string Reason)
{
    /// <summary><c>debian/preseed(12,7): what is wrong</c>.</summary>
    public override string ToString() => Line == 0 ? $"{Template}: {Reason}" : $"{Template}({Line},{Column}): {Reason}";
}
