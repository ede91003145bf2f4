using Maas.Core;

namespace Maas.Dashboard.Nodes;

/// <summary>A line of the list: the heading of a section, or a machine.</summary>
/// <param name="Index">Its place in the list, from 0.</param>
/// <param name="Section">The section that it is in.</param>
/// <param name="Row">The machine; <see langword="null"/> for a heading.</param>
internal sealed record MachineLine(int Index, MachineSection Section, MachineRow? Row)
{
    /// <summary>What identifies the line: a machine with two tags is in two sections.</summary>
    public (string? Section, SystemId? Machine) Key => (Section.Name, Row?.Id);
}
