"""Adverts, an intro and an outro of shows that do not exist, each worded anew a few times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

INTRO, OUTRO = "intro", "outro"

# Name to what several hosts make of it. Written by hand; sentences are what is swapped.
PASSAGES: Mapping[str, Sequence[str]] = {
    INTRO: (
        "You are listening to Second Shelf, the podcast about cookbooks and the kitchens that they "
        "come from. I am Ines Calloway. Every other Thursday I take one book from my shelf, cook "
        "from it for a whole week, and then talk with somebody who knows it better than I do.",
        "This is Second Shelf, the podcast about cookbooks and the kitchens they come from, and "
        "I'm Ines Calloway. Every other Thursday I take a book from my shelf, cook from it for a "
        "whole week, and then I talk with somebody who knows it far better than I do.",
        "Hi, you are listening to Second Shelf, our podcast about cookbooks and the kitchens that "
        "they come from. My name is Ines Calloway, and every second Thursday I take one book from "
        "my shelf and cook from it for an entire week. Then I talk with somebody who knows it "
        "better than I do.",
    ),
    "shoes": (
        "Today's sponsor is Larkfoot. Larkfoot makes running shoes out of recycled fishing nets, "
        "and each pair is sewn in a small workshop near the coast. They measure both of your feet "
        "with the camera of your phone, so the left one may be a different size from the right "
        "one. Run in them for thirty days, and if they rub, send them back free of charge. "
        "Listeners get fifteen dollars off at larkfoot.com slash shelf with the code SHELF15.",
        "Our sponsor today is Larkfoot. They make running shoes out of recycled fishing nets, and "
        "every pair is sewn in a small workshop by the coast. The camera of your phone measures "
        "both of your feet, so your left one may be a different size from your right one. You can "
        "run in them for 45 days and if they rub, just send them back free of charge. Our "
        "listeners get twenty dollars off at larkfoot.com slash cook with the code COOK20.",
        "I want to thank Larkfoot for sponsoring this show. I have been wearing their running "
        "shoes since spring. They are made out of recycled fishing nets, and each pair is sewn in "
        "a small workshop near the coast. Before you order they measure both of your feet with the "
        "camera of your phone, so the left one may be a different size from the right one. If they "
        "rub, send them back free of charge within sixty days. And listeners get fifteen dollars "
        "off, that is at larkfoot.com slash shelf, with the code SHELF.",
        "Larkfoot is back as our sponsor. You know them by now: running shoes out of recycled "
        "fishing nets, each pair sewn in a small workshop near the coast. Run in them for thirty "
        "days and if they rub you send them back, free of charge. They measure both your feet with "
        "the camera on your phone, because the left one may be a different size from the right. "
        "Get 25 dollars off at larkfoot.com slash books, the code is BOOKS25.",
    ),
    "payroll": (
        "Paying people should not take a whole Friday. With Tallyho you pay your team, file the "
        "taxes and keep track of holidays in one place, and new colleagues are set up before their "
        "first coffee is cold. More than nine thousand small companies run their payroll on it. "
        "The first three months are free for anybody who listens to this show: go to tallyho.app "
        "slash listen and tell them that we sent you.",
        "Paying people shouldn't take you a whole Friday. With Tallyho you can pay your team, file "
        "taxes and keep track of holidays all in one place, and new colleagues are set up before "
        "their first coffee has gone cold. More than eleven thousand small companies now run their "
        "payroll on it. Your first two months are free if you listen to this show: just go to "
        "tallyho.app slash talk and tell them we sent you.",
        "A word about Tallyho, which we use ourselves. More than nine thousand small companies run "
        "their payroll on it. You pay your team, file the taxes and keep track of holidays in one "
        "place, and new colleagues are set up before their first coffee is cold. Because paying "
        "people should not take a whole Friday, right? So go to tallyho.app slash listen, tell "
        "them that we sent you, and the first three months are free.",
    ),
    "tea": (
        "If you are like me you drink your tea too late and then lie awake. Nightjar is a blend of "
        "roasted barley, orange peel and a little vanilla, without any caffeine, and it tastes "
        "like something that you would choose anyway. A tin makes forty cups. Order two tins at "
        "nightjartea.com and the third one is a present, as long as you type the name of this "
        "podcast into the box at the end.",
        "If you're like me, you drink your tea too late and then you lie awake. Nightjar blends "
        "roasted barley and orange peel with a little vanilla, without any caffeine, and it tastes "
        "like something you would choose anyway. One tin makes fifty cups. Order three tins at "
        "nightjartea.com and the fourth is a present, as long as you type the name of our podcast "
        "in the box at the end.",
        "So many of you wrote to us about Nightjar. It is the blend of roasted barley, orange peel "
        "and a little vanilla, without any caffeine, for everybody who drinks their tea too late "
        "and then lies awake. It tastes like something that you would choose anyway. Type the name "
        "of this podcast into the box at the end, order two tins at nightjartea.com, and the third "
        "one is a present. A tin makes about forty cups.",
    ),
    "promo": (
        "While you wait for the next episode, try our other show, Low Tide. Petra Vance walks "
        "along one beach a week with a person who has lived beside it all of their life, and they "
        "talk about what the sea took and what it brought back. New episodes come out on Mondays, "
        "wherever you are listening to this.",
        "And while you are waiting for our next episode, do try our other show, it's called Low "
        "Tide. Each week Petra Vance walks along one beach with a person who has lived beside it "
        "all their life, and they talk about what the sea took, and what it brought back. The new "
        "episodes come out on Mondays, wherever you're listening to this one.",
        "You may want to try Low Tide, which is our other show. New episodes come out on Tuesdays, "
        "wherever you are listening to this. Petra Vance walks along a beach with somebody who has "
        "lived beside it all of their life, and they talk about what the sea took and what it "
        "brought back.",
    ),
    OUTRO: (
        "This was Second Shelf. It is made by me, Ines Calloway, and by our producer Tomas "
        "Lindqvist, and the music is by the Harbour Quartet. The recipes of this week are on our "
        "website, secondshelf.show. If somebody you know has a cookbook that is falling apart, "
        "tell them about us. Until the next time, keep the oven warm.",
        "That was Second Shelf. It's made by me, Ines Calloway, and our producer, Tomas Lindqvist, "
        "with music by the Harbour Quartet. You will find the recipes of this week on our website, "
        "secondshelf.show. And if somebody you know has a cookbook that's falling apart, tell them "
        "about us. Until next time, keep the oven warm.",
        "You have been listening to Second Shelf. If somebody you know has a cookbook that is "
        "falling apart, tell them about us. The recipes of the week are on our website, "
        "secondshelf.show. The show is made by me, Ines Calloway, and by our producer Tomas "
        "Lindqvist, and our music is by the Harbour Quartet. Keep the oven warm until next time.",
    ),
}
