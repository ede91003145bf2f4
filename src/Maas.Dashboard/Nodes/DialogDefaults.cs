using MudBlazor;

namespace Maas.Dashboard.Nodes;

/// <summary>How dialogs behave.</summary>
internal static class DialogDefaults
{
    /// <summary>Escape closes a dialog. A click beside it does not: what was typed would be lost.</summary>
    public static DialogOptions Options { get; } =
        new() { MaxWidth = MaxWidth.Small, FullWidth = true, CloseOnEscapeKey = true, BackdropClick = false };
}
