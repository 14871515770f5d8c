using Switchyard.RunnerService.Admission;

namespace Switchyard.RunnerService.Tests.Admission;

/// <summary>The one decision about places, over many random situations.</summary>
public sealed class PlaceChoiceTests
{
    [Fact]
    public void X5_no_place_is_given_twice_and_none_is_left_empty_that_a_run_could_take()
    {
        var chance = new Random(7);
        for (var round = 0; round < 3000; round++)
        {
            var (ofOrg, ofWorkflow, ofKey) = (Maybe(chance, 6), Maybe(chance, 4), 1 + chance.Next(3));
            var rules = new AdmissionRules([]);
            rules.Replace([new AdmissionRule { Org = "o", MaxRuns = ofOrg }, new AdmissionRule { Org = "o", Workflow = "w0", MaxRuns = ofWorkflow }]);
            var waiting = Enumerable.Range(0, chance.Next(12)).Select(_ => Run(chance, ofKey)).ToArray();
            var taken = Enumerable.Range(0, chance.Next(3)).Select(_ => Run(chance, ofKey))
                .Select(run => new PlaceChoice.Taken { Workflow = run.Workflow, Key = run.Key, IsChild = run.IsChild, Count = 1 + chance.Next(2) }).ToArray();

            var (admitted, held) = PlaceChoice.Make("o", waiting, taken, rules);

            Assert.Equal(waiting.Length, admitted.Count + held.Count);
            var chosen = waiting.Where(run => admitted.Contains(run.Id)).ToArray();
            foreach (var run in chosen) { Assert.True(Fits(run, chosen.Except([run])), $"round {round}: a place was given that is not there"); }
            foreach (var run in waiting.Except(chosen)) { Assert.False(Fits(run, chosen), $"round {round}: a place stays empty"); }

            // Counted anew and by hand, from the rules as the documentation tells them.
            bool Fits(PlaceChoice.Waiting run, IEnumerable<PlaceChoice.Waiting> others)
            {
                var all = others.Select(one => (one.Workflow, one.Key, one.IsChild, Count: 1)).Concat(taken.Select(one => (one.Workflow, one.Key, one.IsChild, one.Count))).ToArray();
                return (run.Key is null || all.Where(one => one.Key == run.Key).Sum(one => one.Count) < run.Limit)
                    && (run.Workflow != "w0" || ofWorkflow is null || all.Where(one => one.Workflow == "w0").Sum(one => one.Count) < ofWorkflow)
                    && (run.IsChild || ofOrg is null || all.Where(one => !one.IsChild).Sum(one => one.Count) < ofOrg);
            }
        }
    }

    private static int? Maybe(Random chance, int most) => chance.Next(3) == 0 ? null : 1 + chance.Next(most);

    private static PlaceChoice.Waiting Run(Random chance, int ofKey)
    {
        var workflow = $"w{chance.Next(3)}";
        var key = chance.Next(2) == 0 ? null : $"{workflow}/{chance.Next(2)}";
        return new PlaceChoice.Waiting
        {
            Id = Guid.CreateVersion7(), Workflow = workflow, Key = key, Limit = key is null ? null : ofKey, IsChild = chance.Next(4) == 0, Mode = "queue", Priority = 0,
        };
    }
}
